/**
 * The aggregator as a process: configuration, the check of the topics, the life of Kafka Streams, {@code /metrics} and
 * {@code /health}.
 *
 * <p>Exit codes: 0 after an orderly stop, 2 for wrong configuration, 4 when Kafka cannot be used or the stream threads
 * keep failing.
 */
@NullMarked
package dev.plumbline.aggregator;

import org.jspecify.annotations.NullMarked;
