package dev.plumbline.contract.telemetry;

/** What may hold a GPU's clocks down. The names of NVIDIA's clock event reasons. */
public enum ThrottleReason {
    /** Nothing runs. Not a fault. */
    GPU_IDLE(false),
    /** Somebody set the clocks. */
    APPLICATIONS_CLOCKS_SETTING(false),
    /** The power limit. */
    SW_POWER_CAP(true),
    /** The hardware slowed down: heat, power brake or power draw. */
    HW_SLOWDOWN(true),
    /** Clocks of a group of GPUs are kept equal. */
    SYNC_BOOST(false),
    /** Heat, by the driver. */
    SW_THERMAL_SLOWDOWN(true),
    /** Heat, by the hardware. */
    HW_THERMAL_SLOWDOWN(true),
    /** The power brake, by the hardware. */
    HW_POWER_BRAKE_SLOWDOWN(true),
    /** A display asks for it. */
    DISPLAY_CLOCK_SETTING(false),
    /** The tool says that clocks are held down and not why. */
    UNSPECIFIED(true);

    private final boolean slowing;

    ThrottleReason(boolean slowing) {
        this.slowing = slowing;
    }

    /** Whether work runs slower than it could because of it; idleness and wanted settings do not count. */
    public boolean isSlowing() {
        return slowing;
    }
}
