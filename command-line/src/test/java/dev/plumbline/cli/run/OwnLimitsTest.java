package dev.plumbline.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class OwnLimitsTest {

    private static final OwnLimits FEW = new OwnLimits(OptionalLong.of(400), OptionalLong.empty());

    @TempDir
    private Path folder;

    private static RunPlan plan(String... flags) {
        return RunPlan.checked("id", CommandLine.populateCommand(new RunOptions(), flags), false);
    }

    private OwnLimits read(String limits) throws Exception {
        return OwnLimits.read(Files.writeString(folder.resolve("limits"), limits), folder.resolve("none"));
    }

    @Test
    void readsTheHardLimitAsTheJvmTakesIt() throws Exception {
        assertThat(read("""
                        Limit                     Soft Limit           Hard Limit           Units
                        Max processes             95972                95972                processes
                        Max open files            120                  524288               files
                        Max locked memory         8388608              8388608              bytes
                        """).openFiles()).hasValue(524_288);
        assertThat(read("Max open files            120                  unlimited            files\n")
                        .openFiles())
                .isEmpty();
        assertThat(OwnLimits.read(folder.resolve("none"), folder.resolve("none"))
                        .openFiles())
                .isEmpty();
    }

    @Test
    void aLoadThatNeedsMoreFilesThanThereMayBeIsRefusedWithTheCommandThatRaisesThem() {
        assertThat(FEW.refusal(plan("--concurrency", "145"), 1))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains(
                                "need 401 open files, and this process may open 400",
                                "ulimit -n 1169",
                                "--concurrency"));
        assertThat(FEW.refusal(plan("--concurrency", "144"), 1)).isEmpty();
        assertThat(new OwnLimits(OptionalLong.empty(), OptionalLong.empty())
                        .refusal(plan("--concurrency", "100000"), 1))
                .isEmpty();
    }

    @Test
    void aLoadThatNeedsMorePortsThanThereAreIsRefused() throws Exception {
        OwnLimits limits =
                OwnLimits.read(folder.resolve("none"), Files.writeString(folder.resolve("ports"), "32768\t60999\n"));
        assertThat(limits.ports()).hasValue(28_232);
        assertThat(limits.refusal(plan("--concurrency", "28232"), 1)).isEmpty();
        assertThat(limits.refusal(plan("--concurrency", "100000"), 1))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains(
                                "100000 requests at a time need as many ports, and this machine has 28232",
                                "sysctl -w net.ipv4.ip_local_port_range",
                                "--concurrency"));
    }

    @Test
    void eachHalfOfAPairAndEachRequestOfABatchHasAConnection() {
        assertThat(FEW.refusal(plan("--concurrency", "72", "--canary-url", "h:1"), 1))
                .isEmpty();
        assertThat(FEW.refusal(plan("--concurrency", "73", "--canary-url", "h:1"), 1))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains("73 requests at a time of two targets need 402 open files", "ulimit -n 1170"));
        assertThat(FEW.refusal(plan("--concurrency", "144", "--canary-url", "h:1", "--split", "10%"), 1))
                .isEmpty();
        assertThat(FEW.refusal(plan("--concurrency", "36", "--batch", "4"), 4)).isEmpty();
        assertThat(FEW.refusal(plan("--concurrency", "37", "--batch", "4"), 4)).isPresent();
        assertThat(FEW.warning(plan("--request-rate", "5", "--canary-url", "h:1")))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("from about 72 requests in flight on", "ulimit -n 3024"));
    }

    @Test
    void anOpenLoopIsTold() {
        assertThat(FEW.refusal(plan("--request-rate", "5"), 1)).isEmpty();
        assertThat(FEW.warning(plan("--request-rate", "5")))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("from about 144 requests in flight on", "ulimit -n 2024"));
        assertThat(FEW.warning(plan("--request-rate", "5", "--max-in-flight", "100")))
                .isEmpty();
        assertThat(FEW.warning(plan("--concurrency", "4"))).isEmpty();
    }
}
