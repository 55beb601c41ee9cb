package dev.plumbline.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerFlagsTest {

    @TempDir
    private Path folder;

    @Test
    void variantsTakeTurns() throws Exception {
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("plain", "");
        asked.put("parallel", "-XX:+UseParallelGC -Xmn64m");
        ProducerFlags flags = ProducerFlags.of(asked, folder);
        assertThat(flags.names()).containsExactly("plain", "parallel");

        Path file = Path.of(flags.environment().get("PLUMB_PRODUCER_JVM").substring(1));
        flags.next();
        assertThat(Files.readString(file)).isEmpty();
        flags.next();
        assertThat(Files.readString(file)).isEqualTo("-XX:+UseParallelGC -Xmn64m");
        flags.next();
        assertThat(Files.readString(file)).isEmpty();
    }

    @Test
    void withoutVariantsTheProducerIsAsItIs() throws Exception {
        ProducerFlags flags = ProducerFlags.of(Map.of(), folder);
        assertThat(flags.names()).containsExactly("plumbline");
        flags.next();
        assertThat(Files.readString(folder.resolve("producer.flags"))).isEmpty();
    }
}
