package dev.plumbline.target.lockstep;

/**
 * What the simulated GPU shows at one moment. The shares are means over the last second.
 *
 * @param usedBytes memory that is taken
 * @param totalBytes memory that there is
 * @param busyShare share of the time in which there was a step, 0 to 1
 * @param memoryBusShare share of the time that went into reading weights, 0 to 1
 * @param powerShare 0 idle, 1 at the limit: {@code busy · (1 + fullness) / 2}, where fullness is the mean number of sequences
 *     in a step over those that may run
 */
public record GpuState(long usedBytes, long totalBytes, double busyShare, double memoryBusShare, double powerShare) {}
