package dev.plumbline.probe;

/** What stands between us and a measurement. */
public enum FailureKind {
    /** The name has no address. */
    NAME_NOT_FOUND,
    /** Nobody listens there. */
    CONNECTION_REFUSED,
    /** No route, or nobody answers. */
    UNREACHABLE,
    /** It did not answer in time. */
    TIMEOUT,
    /** The connection was cut. */
    CONNECTION_CUT,
    /** The certificate is not trusted. */
    TLS_UNTRUSTED,
    /** The certificate is outside its time. */
    TLS_EXPIRED,
    /** The certificate is for another host. */
    TLS_WRONG_NAME,
    /** Both sides found no way to speak TLS. */
    TLS_REFUSED,
    /** https was asked for, plain http is spoken. */
    SPEAKS_PLAIN_HTTP,
    /** http was asked for, TLS is spoken. */
    SPEAKS_TLS,
    /** It is no HTTP. */
    NOT_HTTP,
    /** The proxy does not let us through. */
    PROXY,
    /** No key, or a wrong one. */
    UNAUTHORIZED,
    /** The key is known and not enough. */
    FORBIDDEN,
    /** Nothing under this path. */
    NOT_FOUND,
    /** It sends us elsewhere. */
    REDIRECTED,
    /** It takes nothing on at the moment. */
    BUSY,
    /** It loads its model, longer than we wait. */
    LOADING,
    /** It fails by itself. */
    SERVER_ERROR,
    /** It does not take the request. */
    REQUEST_REFUSED,
    /** It is something else. */
    NOT_AN_LLM_ENDPOINT,
    /** It does not have the API that was asked for. */
    NO_SUCH_API,
    /** It serves no model that writes text. */
    NO_MODEL,
    /** The model that was asked for is not served. */
    MODEL_MISSING,
    /** Several models, and none was asked for. */
    MODEL_NOT_CHOSEN,
    /** An error event inside an answer that began well. */
    STREAM_ERROR,
    /** The answer ended without a finish reason. */
    TRUNCATED,
    /** The answer holds nothing. */
    EMPTY,
    /** The answer came in one piece. */
    NOT_STREAMED,
    /** The answer cannot be understood. */
    MALFORMED,
    /** The metrics that were asked for are not there. */
    NO_METRICS;

    /** Whether nothing is wrong with the target: the user must say which of its models is meant. */
    public boolean isMissingChoice() {
        return this == MODEL_NOT_CHOSEN;
    }
}
