package dev.plumbline.protocol;

/** From what is asked to the bytes of a request, UTF-8 JSON; all else of it is fixed. Safe for any thread. */
@FunctionalInterface
public interface RequestWriter {

    /** The body to send. */
    byte[] body(Ask ask);
}
