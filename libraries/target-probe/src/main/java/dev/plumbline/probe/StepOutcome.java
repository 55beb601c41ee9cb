package dev.plumbline.probe;

import java.util.Objects;

/** How a step ended. */
public sealed interface StepOutcome {

    /** It is as it should be; one line. */
    record Passed(String detail) implements StepOutcome {
        public Passed {
            Objects.requireNonNull(detail, "detail");
        }
    }

    /** It is not as it should be; the line says what is wrong and what to do. */
    record Failed(FailureKind kind, String line) implements StepOutcome {
        public Failed {
            Objects.requireNonNull(kind, "kind");
            if (line.isBlank() || line.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("a failure is one line, got '" + line + "'");
            }
        }
    }

    /** It was not looked at, or it can be done without; one line. */
    record Skipped(String why) implements StepOutcome {
        public Skipped {
            Objects.requireNonNull(why, "why");
        }
    }
}
