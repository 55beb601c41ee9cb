package dev.plumbline.telemetry.gpu;

/** What tells about GPUs. */
public enum GpuTool {
    /** Whatever is found. */
    AUTO,
    NVIDIA_SMI,
    DCGM,
    AMD_SMI,
    ROCM_SMI,
    AMD_EXPORTER,
    /** GPUs are not looked at. */
    NONE
}
