package dev.plumbline.broker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a broker asks of those who speak to it: TLS, and a name and a password by SASL/PLAIN where it has users.
 *
 * <p>The port between broker and controller stays without: it is bound to 127.0.0.1 and known to nobody.
 *
 * @param keyStore PKCS12 file with one key and its certificate for 127.0.0.1; the broker trusts it, too, because it is
 *     also a client of itself
 * @param keyStorePassword of the file and of the key in it
 * @param users passwords by name, of letters, digits, {@code . _ -}; empty = whoever speaks TLS may come in
 */
public record BrokerSecurity(Path keyStore, String keyStorePassword, Map<String, String> users) {

    /** As whom the broker speaks to itself. */
    static final String OWN_USER = "embedded-broker";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    /** @throws IllegalArgumentException when a user has a name that is not allowed */
    public BrokerSecurity {
        Objects.requireNonNull(keyStore, "keyStore");
        Objects.requireNonNull(keyStorePassword, "keyStorePassword");
        users = Map.copyOf(users);
        for (String name : users.keySet()) {
            if (!NAME.matcher(name).matches() || name.equals(OWN_USER)) {
                throw new IllegalArgumentException("'" + name + "' cannot be a user's name");
            }
        }
    }

    /** Without its secrets. */
    @Override
    public String toString() {
        return "BrokerSecurity[keyStore=" + keyStore + ", users=" + users.keySet() + ']';
    }
}
