package dev.plumbline.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadyFileTest {

    @TempDir
    Path folder;

    @Test
    void readsBackWhatItWrote() throws IOException {
        ReadyFile written = new ReadyFile("broker", 42, Map.of("kafka", 9092, "controller", 65535));
        written.write(folder.resolve("broker.ready"));

        assertThat(ReadyFile.read(folder.resolve("broker.ready"))).contains(written);
    }

    @Test
    void readsBackAChildWithoutPorts() throws IOException {
        ReadyFile written = new ReadyFile("worker", 1, Map.of());
        written.write(folder.resolve("worker.ready"));

        assertThat(ReadyFile.read(folder.resolve("worker.ready"))).contains(written);
    }

    @Test
    void isPlainTextInAFixedOrder() throws IOException {
        new ReadyFile("target", 7, Map.of("http", 8000, "admin", 8001)).write(folder.resolve("t"));

        assertThat(folder.resolve("t")).hasContent("name=target\npid=7\nport.admin=8001\nport.http=8000\n");
    }

    @Test
    void replacesTheFileBeforeAndLeavesNothingBeside() throws IOException {
        Path path = folder.resolve("a.ready");
        new ReadyFile("a", 1, Map.of("http", 1)).write(path);
        new ReadyFile("a", 2, Map.of("http", 2)).write(path);

        assertThat(ReadyFile.read(path)).map(ReadyFile::pid).contains(2L);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void isAbsentWhileThereIsNoFile() throws IOException {
        assertThat(ReadyFile.read(folder.resolve("nobody.ready"))).isEmpty();
    }

    @Test
    void ignoresKeysItDoesNotKnow() throws IOException {
        Path path = Files.writeString(folder.resolve("n"), "name=n\npid=3\nstarted=now\nport.http=80\n");

        assertThat(ReadyFile.read(path)).contains(new ReadyFile("n", 3, Map.of("http", 80)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "name=a\n",
                "pid=1\n",
                "name=a\npid=x\n",
                "name=a\npid=1\nport.http=65536\n",
                "name=a\npid=1\nport.http=\n",
                "name=a b\npid=1\n"
            })
    void refusesAFileThatIsNotOne(String content) throws IOException {
        Path path = Files.writeString(folder.resolve("bad"), content);

        assertThatThrownBy(() -> ReadyFile.read(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a ready file");
    }

    @Test
    void refusesPortsAndPidsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ReadyFile("a", 0, Map.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReadyFile("a", 1, Map.of("http", 0)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReadyFile("a", 1, Map.of("http", 65536)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ReadyFile("a\nb", 1, Map.of()));
    }

    @Test
    void doesNotChangeWithTheMapItWasMadeFrom() {
        Map<String, Integer> ports = new HashMap<>(Map.of("http", 80));
        ReadyFile readyFile = new ReadyFile("a", 1, ports);
        ports.put("http", 81);

        assertThat(readyFile.ports()).containsEntry("http", 80);
    }

    @Test
    void publishesNothingUnlessAsked() throws IOException {
        assertThat(ReadyFile.publishIfAsked("a", Map.of())).isEmpty();
    }
}
