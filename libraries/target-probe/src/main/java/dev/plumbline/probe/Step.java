package dev.plumbline.probe;

/** The steps of a probe, in their order. */
public enum Step {
    /** The host's name becomes addresses. */
    DNS("DNS"),
    /** Somebody accepts connections. */
    CONNECT("connect"),
    /** The certificate is good for the host. */
    TLS("TLS"),
    /** It speaks HTTP and lets us in. */
    HTTP("HTTP, auth"),
    /** It has an API that we drive. */
    PROTOCOL("protocol"),
    /** It serves the model. */
    MODEL("model"),
    /** It gives a short answer, to its end. */
    ANSWER("short answer"),
    /** The engine's own metrics; can be done without. */
    METRICS("/metrics"),
    /** The machine's GPUs; can be done without. */
    GPU_TOOL("GPU tool");

    private final String label;

    Step(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }
}
