package dev.plumbline.target;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** A request that is answered with a status of 400 or above, and the body that says why. */
final class RequestRefused extends Exception {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final transient Optional<String> parameter;

    RequestRefused(int status, String type, Optional<String> parameter, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.parameter = parameter;
    }

    static RequestRefused badRequest(String parameter, String message) {
        return new RequestRefused(400, "BadRequestError", Optional.of(parameter), message);
    }

    String type() {
        return type;
    }

    int status() {
        return status;
    }

    /** In OpenAI's shape, as vLLM fills it. */
    String body() {
        ObjectNode error = JsonNodeFactory.instance.objectNode();
        error.put("message", getMessage()).put("type", type);
        parameter.ifPresentOrElse(name -> error.put("param", name), () -> error.putNull("param"));
        error.put("code", status);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("error", error);
        return body.toString();
    }
}
