package dev.plumbline.reports;

/** The files of a run cannot be written; the message is one line that says why and what to do. */
public final class ArtifactException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ArtifactException(String message) {
        super(message);
    }
}
