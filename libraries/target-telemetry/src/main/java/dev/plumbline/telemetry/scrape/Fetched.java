package dev.plumbline.telemetry.scrape;

import dev.plumbline.contract.telemetry.SamplerState.FailureReason;

/** What came of asking for a page. */
public sealed interface Fetched {

    /** The whole body of an answer with status 200. */
    record Page(String body) implements Fetched {}

    /** No page, and why. */
    record Failure(FailureReason reason, String detail) implements Fetched {}
}
