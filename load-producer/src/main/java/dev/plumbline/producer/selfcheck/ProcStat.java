package dev.plumbline.producer.selfcheck;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The first line of Linux's {@code /proc/stat}: time of all processors by what they did with it (proc_stat(5)). */
final class ProcStat {

    private static final Pattern LINE = Pattern.compile("cpu +(\\d{1,18} +){7}\\d{1,18}( .*)?");

    /** The kernel tells all programs hundredths of a second, whatever it counts in. */
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int USER = 1;
    private static final int NICE = 2;
    private static final int SYSTEM = 3;
    private static final int IRQ = 6;
    private static final int SOFTIRQ = 7;
    private static final int STEAL = 8;

    private ProcStat() {}

    /** What the line says was stolen; empty where it is another one, or of a kernel that does not tell. */
    static Optional<LostTime.Stolen> stolen(String line) {
        if (!LINE.matcher(line).matches()) {
            return Optional.empty();
        }
        String[] fields = line.split(" +");
        long stolenTicks = Long.parseLong(fields[STEAL]);
        long wantedTicks = stolenTicks;
        for (int field : new int[] {USER, NICE, SYSTEM, IRQ, SOFTIRQ}) {
            wantedTicks += Long.parseLong(fields[field]);
        }
        return Optional.of(new LostTime.Stolen(stolenTicks * TICK_NANOS, wantedTicks * TICK_NANOS));
    }
}
