package dev.plumbline.contract.control;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Something was deployed: an alert whose change point lies near it names it.
 *
 * @param id tells deploys apart; the same id is the same deploy, told again
 * @param who who says so
 * @param label what was deployed, in the words of people, for example {@code v1.2.3}
 * @param atEpochMillis when it took effect, milliseconds since the Unix epoch, positive; not when it was written, the
 *     record's own time tells that
 * @param scope the series that it may have changed
 * @param subject what is served from now on: image, revision, flags, by name; at most {@value #MAX_FACTS}
 */
public record DeployMarker(
        String id, String who, String label, long atEpochMillis, Scope scope, Map<String, String> subject)
        implements Control {

    /** Most facts about the subject. */
    public static final int MAX_FACTS = 16;

    public DeployMarker {
        OneLine.require("id", id);
        OneLine.require("who", who);
        OneLine.require("label", label);
        if (atEpochMillis <= 0) {
            throw new IllegalArgumentException("atEpochMillis " + atEpochMillis + " is not positive");
        }
        Objects.requireNonNull(scope, "scope");
        if (subject.size() > MAX_FACTS) {
            throw new IllegalArgumentException(subject.size() + " facts about the subject, more than " + MAX_FACTS);
        }
        subject.forEach((name, value) -> {
            OneLine.require("subject name", name);
            OneLine.require("subject " + name, value);
        });
        subject = Collections.unmodifiableMap(new TreeMap<>(subject));
    }

    @Override
    public String key() {
        return "deploy/" + id;
    }
}
