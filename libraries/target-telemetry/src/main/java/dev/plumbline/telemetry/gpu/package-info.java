/**
 * GPU samples, whatever tells them: nvidia-smi, DCGM's exporter, amd-smi, rocm-smi, AMD's device metrics exporter.
 *
 * <p>Each source ends in the same record with the same units. What a tool does not give stays absent, with the tool's own
 * words where it has any: MIG makes nvidia-smi print {@code [N/A]}, consumer cards {@code N/A}.
 *
 * <p>Trap: a tool on this machine speaks of this machine. Whether that is the target's machine is decided by who opens it.
 */
@NullMarked
package dev.plumbline.telemetry.gpu;

import org.jspecify.annotations.NullMarked;
