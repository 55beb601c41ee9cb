package dev.plumbline.contract.verdict;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Where the change of a metric comes from, as far as what was seen in the same seconds tells.
 *
 * @param metric whose mean is split: {@code ttft}, {@code tpot}, {@code e2e} or {@code error_rate}
 * @param causes what explains most first
 * @param sentence one line for people: {@code queue time 0 -> 786 ms explains 96 % of ttft}
 */
public record Explanation(String metric, List<Cause> causes, String sentence) {

    public Explanation {
        Objects.requireNonNull(metric, "metric");
        causes = List.copyOf(causes);
        Objects.requireNonNull(sentence, "sentence");
    }

    /**
     * A part of the change.
     *
     * @param share of the change, 0 to 1; empty of what lies behind another cause, which has the share
     * @param evidence what was seen, for people
     */
    public record Cause(Kind kind, OptionalDouble share, String evidence) {
        public Cause {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(share, "share");
            Objects.requireNonNull(evidence, "evidence");
        }
    }

    /** What a change comes from. */
    public enum Kind {
        /** The load generator itself was late. */
        CLIENT_WAIT,
        /** Requests waited in the engine before they were worked on. */
        ENGINE_QUEUE,
        /** The engine admits fewer requests at a time. */
        FEWER_SLOTS,
        /** Computing the prompt took longer. */
        PREFILL,
        /** Moving KV blocks between machines or memories. */
        TRANSFER,
        /** A step that brings a token took longer. */
        DECODE,
        /** Fewer drafted tokens were accepted. */
        ACCEPTANCE,
        /** Fewer prompt tokens were found in a cache. */
        PREFIX_HITS,
        /** Prompts were longer. */
        LONGER_PROMPTS,
        /** Answers were longer. */
        LONGER_OUTPUTS,
        /** Answers paused between two tokens. */
        STALLS,
        /** The KV cache was full: requests waited for room in it, or lost theirs and were computed anew. */
        KV_CACHE,
        /** GPUs were held back by heat or power. */
        THROTTLING,
        /** Others used the engine, too. */
        OTHER_TENANTS,
        /** More was asked of it. */
        MORE_LOAD,
        /** The memory of a GPU was full. */
        MEMORY,
        /** Requests failed. */
        FAILURES,
        /** Answers had no content. */
        EMPTY_ANSWERS,
        /** What was seen does not tell. */
        NOT_ATTRIBUTABLE,
        /** One that this version does not know. */
        OTHER;

        /** By its name; {@link #OTHER} for one that is not known. */
        @JsonCreator
        public static Kind named(String name) {
            for (Kind kind : values()) {
                if (kind.name().equals(name)) {
                    return kind;
                }
            }
            return OTHER;
        }
    }
}
