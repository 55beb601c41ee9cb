package dev.plumbline.contract.event;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * What speculative decoding did for one request, as the server told it.
 *
 * @param drafts how often a draft was proposed; acceptance length is 1 + accepted / drafts. Empty where the server does not say
 * @param drafted tokens that were proposed
 * @param accepted those of them that became output
 */
public record Speculation(OptionalLong drafts, long drafted, long accepted) {

    public Speculation {
        Objects.requireNonNull(drafts, "drafts");
        if (drafts.orElse(0) < 0 || accepted < 0 || drafted < accepted) {
            throw new IllegalArgumentException(
                    accepted + " of " + drafted + " draft tokens accepted, drafts " + drafts);
        }
    }
}
