package dev.plumbline.judgement.calibration;

/** A run cannot be a detector's baseline; the message is one line that says why and what would help. */
public final class UnfitSourceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnfitSourceException(String message) {
        super(message);
    }
}
