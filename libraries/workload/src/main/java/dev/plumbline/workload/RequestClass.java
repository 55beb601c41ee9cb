package dev.plumbline.workload;

/**
 * A kind of request: one that does not compare with others, so each is a series of its own.
 *
 * @param name as the scenario of its series is called
 */
public record RequestClass(String name) {
    public RequestClass {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a class of requests needs a name");
        }
    }
}
