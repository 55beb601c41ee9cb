package dev.plumbline.cli.run;

import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Where a measured load stands, so that another producer can go on with it.
 *
 * @param sinceEpochMillis when its measured part began; empty where that was never told
 * @param sessions those that were begun, as far as Kafka acknowledged a request of them or of a later one
 * @param level of a load that is changed by hand
 */
record LoadStanding(OptionalLong sinceEpochMillis, long sessions, OptionalDouble level) {

    /** Tells the producer that goes on. */
    void into(Map<String, String> settings) {
        sinceEpochMillis.ifPresent(since -> settings.put(
                "plumbline.load.goes-on.since", Instant.ofEpochMilli(since).toString()));
        settings.put("plumbline.load.goes-on.sessions", Long.toString(sessions));
        level.ifPresent(at -> settings.put("plumbline.load.goes-on.level", Double.toString(at)));
    }
}
