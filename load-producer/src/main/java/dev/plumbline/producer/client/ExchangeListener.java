package dev.plumbline.producer.client;

import dev.plumbline.producer.recorder.EndedRequest;

/** Hears of one request, on the event loop that sends it. */
public interface ExchangeListener {

    /** The request was written. */
    void sent();

    /** A chunk with content came. */
    void content(long atNanos);

    /** It is over; called once, last. */
    void ended(Exchange exchange, EndedRequest request);
}
