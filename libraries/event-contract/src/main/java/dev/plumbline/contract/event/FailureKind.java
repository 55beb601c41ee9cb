package dev.plumbline.contract.event;

/** Why a request failed. */
public enum FailureKind {
    /** No TCP connection: refused, unreachable, name not found. */
    CONNECT,
    /** The TLS handshake failed. */
    TLS,
    /** No content within the time allowed for the first token. */
    TIMEOUT_FIRST_TOKEN,
    /** Too long a pause between chunks. */
    TIMEOUT_STALL,
    /** The request took longer than allowed in all. */
    TIMEOUT_TOTAL,
    /** 429, or a 503 by which an engine refuses admission. */
    REJECTED,
    /** Another 4xx status. */
    HTTP_4XX,
    /** Another 5xx status. */
    HTTP_5XX,
    /** An error event inside a 200. */
    STREAM_ERROR,
    /** Cut off without a finish reason. */
    TRUNCATED,
    /** The answer could not be understood. */
    MALFORMED,
    /** A 200 without content. */
    EMPTY
}
