package dev.plumbline.contract.event;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A sample of a GPU or an engine near a moment, or the reason why there is none. Never a zero for "unknown". */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = NearestSample.Sampled.class, name = "sampled"),
    @JsonSubTypes.Type(value = NearestSample.Absent.class, name = "absent")
})
public sealed interface NearestSample {

    /**
     * @param ageMillis moment minus sample time; negative when the sample is the later one; of several sources the one
     *     that is furthest away
     * @param values by name with its unit last, for example {@code gpu0PowerWatts}
     */
    record Sampled(long ageMillis, Map<String, Double> values) implements NearestSample {
        public Sampled {
            values = Collections.unmodifiableMap(new TreeMap<>(values));
        }
    }

    /** There is no sample, and why. */
    record Absent(String reason) implements NearestSample {
        public Absent {
            Objects.requireNonNull(reason, "reason");
        }
    }
}
