/**
 * Small requests beside the load: questions to a target that is not measured yet, and to the parts of the local stack. Bodies
 * and waits are bounded, redirects are not followed, and what is written about a request holds no header and no query, where
 * secrets are. The load itself goes by the producer's own connections.
 */
@NullMarked
package dev.plumbline.probe.http;

import org.jspecify.annotations.NullMarked;
