package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.plumbline.cli.run.ProducerControl.Phases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the producer says of the phases of a load, in words; and how a load that may be changed is found. */
class PhasesTest {

    @TempDir
    private Path home;

    private static Phases phases(String json) throws Exception {
        return JsonMapper.builder().addModule(new Jdk8Module()).build().readValue(json, Phases.class);
    }

    @Test
    void whatIsKnownIsSaidWithItsNumbers() throws Exception {
        Phases phases = phases("{\"warmUp\":{\"steady\":true,\"millis\":34000,\"requests\":512},"
                + "\"coldWave\":{\"requests\":8,\"p50Nanos\":4.12E8,\"restP50Nanos\":8.1E7,\"measured\":false},"
                + "\"level\":40.0,\"later\":1}");
        assertThat(phases.facts().get("warmedUp")).startsWith("steady after 34").endsWith("512 requests");
        assertThat(phases.facts().get("firstWave"))
                .startsWith("the first 8 requests were a cold wave: p50 412 ms, 5.09 times the rest (81")
                .endsWith("the warm-up kept them out of the numbers");
        assertThat(phases.levelText()).contains("40");
        assertThat(phases("{\"warmUp\":{\"steady\":false,\"millis\":120000,\"requests\":7}}")
                        .facts()
                        .get("warmedUp"))
                .startsWith("not steady within ");
    }

    @Test
    void ofAPlainLoadNothingIsSaid() throws Exception {
        assertThat(phases("{}").facts()).isEmpty();
        assertThat(phases("{}").refused()).isEmpty();
    }

    @Test
    void aRunningLoadIsFoundUntilItIsOverAndOnlyItsOwnerCanReadWhere() throws Exception {
        assertThat(RunningLoad.all(home)).isEmpty();
        RunningLoad mine = new RunningLoad(
                ProcessHandle.current().pid(),
                "r1",
                "s-adjustable20-poisson",
                "http://127.0.0.1:1",
                "0123456789abcdef");
        RunningLoad killed = new RunningLoad(Long.MAX_VALUE, "r0", "s-adjustable20-poisson", "http://h", "t");
        mine.write(home);
        killed.write(home);
        assertThat(RunningLoad.all(home)).containsExactly(mine);
        assertThat(Files.getPosixFilePermissions(home.resolve(".plumb/loads/r1.json")))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        mine.delete(home);
        assertThat(RunningLoad.all(home)).isEmpty();
    }
}
