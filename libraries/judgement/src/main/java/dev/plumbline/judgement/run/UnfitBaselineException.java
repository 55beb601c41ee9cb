package dev.plumbline.judgement.run;

/** A run and the baseline that was asked for cannot be compared; the message is one line that says why and what to do. */
public final class UnfitBaselineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnfitBaselineException(String message) {
        super(message);
    }
}
