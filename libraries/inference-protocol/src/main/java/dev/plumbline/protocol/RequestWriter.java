package dev.plumbline.protocol;

/** From a prompt to the bytes of a request, UTF-8 JSON; all of it except the prompt is fixed. Safe for any thread. */
@FunctionalInterface
public interface RequestWriter {

    /** The body to send. */
    byte[] body(String prompt);
}
