package dev.plumbline.producer.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LostTimeWatchTest {

    private static final long MILLI = 1_000_000;

    /** Of a virtual machine with two processors, Linux 6.1. */
    private static final String PROC_STAT = """
            cpu  5189637 94343 553303 1191132 6669 0 23458 5225 0 0
            cpu0 2582610 43916 268896 622615 1405 0 9966 2630 0 0
            cpu1 2607026 50426 284407 568517 5263 0 13491 2595 0 0
            intr 46566334 0 0 0 0 0 0 0 0 0
            ctxt 174410262
            btime 1796081290
            """;

    /** Of a container with a limit, version 2. */
    private static final String CPU_STAT = """
            usage_usec 5274915
            user_usec 4180264
            system_usec 1094651
            nr_periods 312
            nr_throttled 87
            throttled_usec 2914117
            nr_bursts 0
            burst_usec 0
            """;

    /** Of a container with a limit, version 1. */
    private static final String CPU_STAT_1 = "nr_periods 312\nnr_throttled 87\nthrottled_time 2914117000\n";

    @TempDir
    Path root;

    private final AtomicLong collectorNanos = new AtomicLong(7 * MILLI);

    private LostTimeWatch watch() {
        return new LostTimeWatch(root, () -> OptionalLong.of(collectorNanos.get()));
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void whereNoFileIsNothingIsSaid() {
        try (LostTimeWatch watch = watch()) {
            assertThat(watch.get())
                    .isEqualTo(new LostTime(OptionalLong.of(7 * MILLI), Optional.empty(), OptionalLong.empty()));
        }
    }

    @Test
    void whatAHypervisorTookIsInTheFirstLine() throws IOException {
        write("proc/stat", PROC_STAT);
        try (LostTimeWatch watch = watch()) {
            long wanted = 5_189_637 + 94_343 + 553_303 + 23_458 + 5_225;
            assertThat(watch.get().stolen()).contains(new LostTime.Stolen(5_225 * 10 * MILLI, wanted * 10 * MILLI));
            LostTime before = watch.get();
            write("proc/stat", PROC_STAT.replace(" 5225 ", " 5231 ").replace("cpu  5189637", "cpu  5189700"));
            watch.look();
            assertThat(watch.get().since(before).stolen())
                    .contains(new LostTime.Stolen(60 * MILLI, (63 + 6) * 10 * MILLI));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cpu  1 2 3 4 5 6 7",
                "cpu0 2582610 43916 268896 622615 1405 0 9966 2630 0 0",
                "cpu  1 2 3 4 5 6 7 x"
            })
    void aLineThatDoesNotTellOfItSaysNothing(String line) {
        assertThat(ProcStat.stolen(line)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // A container of version 2 sees itself at the root; a service of systemd is below it.
        "'0::/', sys/fs/cgroup/cpu.stat",
        "'0::/system.slice/p.service', sys/fs/cgroup/system.slice/p.service/cpu.stat",
        "'0::/system.slice/p.service', sys/fs/cgroup/system.slice/cpu.stat",
        "'4:memory:/a\n1:cpu:/', sys/fs/cgroup/cpu/cpu.stat",
        "'3:cpu,cpuacct:/docker/0123', 'sys/fs/cgroup/cpu,cpuacct/docker/0123/cpu.stat'",
        // A container of version 1 is told its group as the host calls it and sees its own at the root.
        "'3:cpu,cpuacct:/docker/0123', 'sys/fs/cgroup/cpu,cpuacct/cpu.stat'",
        "'0::/../../elsewhere', sys/fs/cgroup/cpu.stat"
    })
    void aLimitIsLookedForInTheGroupsOfTheProcess(String groups, String file) throws IOException {
        write("proc/self/cgroup", groups + "\n");
        write(file, CPU_STAT);
        try (LostTimeWatch watch = watch()) {
            assertThat(watch.get().throttledNanos()).hasValue(2_914_117_000L);
            LostTime before = watch.get();
            write(file, CPU_STAT.replace("throttled_usec 2914117", "throttled_usec 3014117"));
            watch.look();
            assertThat(watch.get().since(before).throttledNanos()).hasValue(100 * MILLI);
        }
    }

    @Test
    void theOtherVersionTellsNanoseconds() throws IOException {
        write("proc/self/cgroup", "1:cpu:/\n");
        write("sys/fs/cgroup/cpu/cpu.stat", CPU_STAT_1);
        try (LostTimeWatch watch = watch()) {
            assertThat(watch.get().throttledNanos()).hasValue(2_914_117_000L);
        }
    }

    @Test
    void aGroupWithoutALimitSaysNothing() throws IOException {
        write("proc/self/cgroup", "2:cpuacct:/\n0::/\n");
        write("sys/fs/cgroup/cpu.stat", "usage_usec 5274915\nuser_usec 4180264\nsystem_usec 1094651\n");
        write("sys/fs/cgroup/cpuacct/cpu.stat", CPU_STAT_1);
        try (LostTimeWatch watch = watch()) {
            assertThat(watch.get().throttledNanos()).isEmpty();
        }
    }

    @Test
    void aLimitOfAGroupAboveHoldsUpTheProcessToo() throws IOException {
        write("proc/self/cgroup", "0::/pod/container\n");
        write("sys/fs/cgroup/pod/cpu.stat", "throttled_usec 5\n");
        write("sys/fs/cgroup/pod/container/cpu.stat", "throttled_usec 2\n");
        write("sys/fs/cgroup/other/cpu.stat", "throttled_usec 100\n");
        try (LostTimeWatch watch = watch()) {
            assertThat(watch.get().throttledNanos()).hasValue(7_000);
        }
    }

    @Test
    void itLooksByItself() {
        try (LostTimeWatch watch = watch()) {
            watch.start();
            collectorNanos.set(20 * MILLI);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> watch.get().collectorNanos().equals(OptionalLong.of(20 * MILLI)));
        }
    }

    @Test
    void whatCannotBeToldDoesNotEndTheLooking() {
        AtomicLong looks = new AtomicLong();
        try (LostTimeWatch watch = new LostTimeWatch(root, () -> {
            if (looks.incrementAndGet() == 2) {
                throw new IllegalStateException("planned");
            }
            return OptionalLong.of(looks.get());
        })) {
            watch.look();
            assertThat(watch.get()).isEqualTo(LostTime.unknown());
            watch.look();
            assertThat(watch.get().collectorNanos()).hasValue(3);
        }
    }

    @Test
    void aCollectorThatWorksBesideTheProcessStopsItOnlyInItsPauses() {
        assertThat(LostTimeWatch.stopsTheProcess("ZGC Major Cycles")).isFalse();
        assertThat(LostTimeWatch.stopsTheProcess("Shenandoah Cycles")).isFalse();
        assertThat(LostTimeWatch.stopsTheProcess("ZGC Major Pauses")).isTrue();
        assertThat(LostTimeWatch.stopsTheProcess("G1 Young Generation")).isTrue();
        assertThat(LostTimeWatch.stopsTheProcess("MarkSweepCompact")).isTrue();
    }

    @Test
    void thisProcessTellsOfItsCollector() {
        try (LostTimeWatch watch = LostTimeWatch.ofThisProcess()) {
            long before = watch.get().collectorNanos().orElseThrow();
            for (int i = 0; i < 20 && watch.get().collectorNanos().orElseThrow() == before; i++) {
                System.gc();
                watch.look();
            }
            assertThat(watch.get().collectorNanos().orElseThrow()).isGreaterThan(before);
        }
    }

    @Test
    void ofWhatOneLookDidNotTellThereIsNoDifference() {
        LostTime told = new LostTime(OptionalLong.of(5), Optional.of(new LostTime.Stolen(1, 2)), OptionalLong.of(6));
        assertThat(told.since(LostTime.unknown())).isEqualTo(LostTime.unknown());
        assertThat(LostTime.unknown().since(told)).isEqualTo(LostTime.unknown());
        assertThat(told.since(told))
                .isEqualTo(
                        new LostTime(OptionalLong.of(0), Optional.of(new LostTime.Stolen(0, 0)), OptionalLong.of(0)));
    }
}
