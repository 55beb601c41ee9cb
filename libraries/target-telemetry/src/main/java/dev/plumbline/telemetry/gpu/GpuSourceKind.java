package dev.plumbline.telemetry.gpu;

/** By what means GPUs are looked at: a tool on the machine, the page of an exporter, or not at all. */
public enum GpuSourceKind {
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
