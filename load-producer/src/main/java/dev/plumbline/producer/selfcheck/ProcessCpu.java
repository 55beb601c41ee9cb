package dev.plumbline.producer.selfcheck;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** CPU time that this process has used, and how many cores it may use. */
public interface ProcessCpu {

    /** CPU time since the process began, over all its threads, in nanoseconds; never less than before. */
    long usedNanos();

    /** Cores that the process may use, 1 or more. */
    int cores();

    /** That of this JVM. */
    static ProcessCpu ofThisProcess() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new ProcessCpu() {
            @Override
            public long usedNanos() {
                return system.getProcessCpuTime();
            }

            @Override
            public int cores() {
                return Runtime.getRuntime().availableProcessors();
            }
        };
    }
}
