package dev.plumbline.reports;

import dev.plumbline.contract.distribution.Histogram;
import dev.plumbline.contract.event.Outcome;
import dev.plumbline.contract.event.RequestEvent;
import dev.plumbline.contract.event.Stamps;
import dev.plumbline.contract.event.TokenCount;
import dev.plumbline.contract.event.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One attempt as a row of {@code requests.csv} (RFC 4180, but lines end with a line feed). An empty cell is "did not
 * happen" or "nobody counted", never zero.
 *
 * <p>Text that came from outside and begins like a formula gets an apostrophe in front: a spreadsheet must not run what a
 * server wrote into an error message.
 */
final class RequestRow {

    private static final String[] COLUMNS = {
        "request_id",
        "attempt",
        "retry_of",
        "end_epoch_ms",
        "producer_id",
        "variant",
        "outcome",
        "finish_reason",
        "failure_kind",
        "http_status",
        "retry_after_ms",
        "drop_reason",
        "detail",
        "streamed",
        "dispatch_lag_ms",
        "gate_wait_ms",
        "headers_ms",
        "first_byte_ms",
        "ttft_ms",
        "ttfa_ms",
        "tpot_ms",
        "itl_mean_ms",
        "itl_max_ms",
        "e2e_ms",
        "response_ms",
        "time_to_failure_ms",
        "total_ms",
        "content_chunks",
        "prompt_tokens",
        "prompt_tokens_source",
        "output_tokens",
        "output_tokens_source",
        "reasoning_tokens",
        "reasoning_tokens_source",
        "cached_tokens",
        "cached_tokens_source"
    };

    private final StringBuilder row = new StringBuilder(320);

    private RequestRow() {}

    /** The first line of each part of the file. */
    static byte[] header() {
        return String.join(",", COLUMNS).getBytes(StandardCharsets.UTF_8);
    }

    /** One row, without its end. */
    static byte[] of(RequestEvent event) {
        RequestRow row = new RequestRow();
        row.text(event.attempt().requestId());
        row.number(event.attempt().number());
        row.text(event.attempt().retryOf());
        row.number(event.endEpochMillis());
        row.text(event.origin().producerId());
        row.text(event.series().variant());
        row.outcome(event.outcome());
        row.word(event.response().streamed() ? "true" : "false");
        Stamps stamps = event.stamps();
        row.millis(event.dispatchLagNanos());
        row.millis(event.gateWaitNanos());
        row.millis(Stamps.between(stamps.sentNanos(), stamps.headersNanos()));
        row.millis(Stamps.between(stamps.sentNanos(), stamps.firstByteNanos()));
        row.millis(event.ttftNanos());
        row.millis(event.ttfaNanos());
        row.millis(event.tpotNanos());
        Histogram gaps = event.response().chunkGaps();
        OptionalDouble mean = gaps.meanNanos();
        row.millis(mean.isPresent() ? OptionalLong.of(Math.round(mean.getAsDouble())) : OptionalLong.empty());
        row.millis(gaps.maxNanos());
        row.millis(event.e2eNanos());
        row.millis(event.responseNanos());
        row.millis(event.timeToFailureNanos());
        row.millis(OptionalLong.of(stamps.endNanos() - stamps.dueNanos()));
        row.number(event.response().contentChunks());
        Tokens tokens = event.response().tokens();
        row.tokens(tokens.prompt());
        row.tokens(tokens.output());
        row.tokens(tokens.reasoning());
        row.tokens(tokens.cached());
        row.row.setLength(row.row.length() - 1);
        return row.row.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Milliseconds with up to six decimals: nothing of the nanoseconds is lost. */
    static void appendMillis(StringBuilder to, long nanos) {
        long size = Math.abs(nanos);
        if (nanos < 0) {
            to.append('-');
        }
        to.append(size / 1_000_000);
        long fraction = size % 1_000_000;
        if (fraction > 0) {
            to.append('.');
            for (long digit = 100_000; fraction > 0; digit /= 10) {
                to.append((char) ('0' + fraction / digit));
                fraction %= digit;
            }
        }
    }

    private void outcome(Outcome outcome) {
        switch (outcome) {
            case Outcome.Completed completed -> {
                word("completed");
                text(completed.finishReason());
                skip(5);
            }
            case Outcome.Failed failed -> {
                word("failed");
                skip(1);
                word(failed.kind().name());
                number(failed.httpStatus());
                number(failed.retryAfterMillis());
                skip(1);
                text(failed.detail());
            }
            case Outcome.Dropped dropped -> {
                word("dropped");
                skip(4);
                word(dropped.reason().name());
                skip(1);
            }
            case Outcome.Cancelled cancelled -> {
                word("cancelled");
                skip(4);
                word(cancelled.ownLimit().map(limit -> "OWN_" + limit.name()).orElse(""));
                skip(1);
            }
        }
    }

    private void tokens(Optional<TokenCount> tokens) {
        if (tokens.isEmpty()) {
            skip(2);
            return;
        }
        number(tokens.get().count());
        word(tokens.get().source().name());
    }

    private void skip(int cells) {
        for (int i = 0; i < cells; i++) {
            row.append(',');
        }
    }

    private void word(String ours) {
        row.append(ours).append(',');
    }

    private void number(long value) {
        row.append(value).append(',');
    }

    private void number(OptionalLong value) {
        if (value.isPresent()) {
            row.append(value.getAsLong());
        }
        row.append(',');
    }

    private void millis(OptionalLong nanos) {
        if (nanos.isPresent()) {
            appendMillis(row, nanos.getAsLong());
        }
        row.append(',');
    }

    private void text(Optional<String> value) {
        text(value.orElse(""));
    }

    private void text(String value) {
        boolean formula = !value.isEmpty() && "=+-@\t".indexOf(value.charAt(0)) >= 0;
        boolean quoted = false;
        for (int i = 0; i < value.length() && !quoted; i++) {
            char c = value.charAt(i);
            quoted = c == ',' || c == '"' || c < ' ';
        }
        if (quoted) {
            row.append('"');
        }
        if (formula) {
            row.append('\'');
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                row.append('"');
            }
            row.append(c < ' ' ? ' ' : c);
        }
        row.append(quoted ? "\"," : ",");
    }
}
