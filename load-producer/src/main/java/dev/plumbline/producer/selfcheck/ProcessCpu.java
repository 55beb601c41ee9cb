package dev.plumbline.producer.selfcheck;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.OptionalLong;

/** CPU time that this process has used, and how many cores it may use. */
public interface ProcessCpu {

    /** CPU time since the process began, over all its threads, in nanoseconds; never less than before. */
    long usedNanos();

    /** CPU time of the thread that asks since it began, in nanoseconds; empty where the JVM cannot tell. */
    OptionalLong usedByThisThreadNanos();

    /** Cores that the process may use, 1 or more. */
    int cores();

    /** That of this JVM. */
    static ProcessCpu ofThisProcess() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        boolean tellsOfThreads = threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
        return new ProcessCpu() {
            @Override
            public long usedNanos() {
                return system.getProcessCpuTime();
            }

            @Override
            public OptionalLong usedByThisThreadNanos() {
                return tellsOfThreads ? OptionalLong.of(threads.getCurrentThreadCpuTime()) : OptionalLong.empty();
            }

            @Override
            public int cores() {
                return Runtime.getRuntime().availableProcessors();
            }
        };
    }
}
