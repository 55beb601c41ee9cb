/**
 * A real Kafka, broker and controller in one node (KRaft), for one machine and for tests.
 *
 * <p>{@link dev.plumbline.broker.EmbeddedBroker} runs inside the JVM that starts it, {@link
 * dev.plumbline.broker.EmbeddedBrokerMain} is the same as a process of the local stack. Nothing is simulated.
 *
 * <p>Traps:
 *
 * <ul>
 *   <li>A port that was looked up as free can be taken by somebody else before Kafka binds it. Both server sockets are
 *       therefore bound here and handed to Kafka already bound, so a port 0 cannot race and a taken port is an ordinary
 *       {@link java.net.BindException}.
 *   <li>Kafka's own server class answers a failed start with {@code System.exit}. The node is assembled from its parts
 *       instead, with fault handlers that throw.
 *   <li>A second node in a folder in use touches the metadata log of the first before Kafka's own lock refuses it; one of
 *       the two then reads the same batch for ever. The folder is therefore taken with a {@link
 *       dev.plumbline.process.FolderLock} before Kafka sees it.
 *   <li>Kafka's stop waits for threads without a bound. It runs on a thread of its own here and is given {@link
 *       dev.plumbline.broker.EmbeddedBroker#CLOSE_AT_MOST}.
 *   <li>A data folder that fails while the broker runs (disk full) makes Kafka halt the JVM. The main class turns that
 *       into one line and exit status 4; inside a test JVM it stays a halt.
 *   <li>The controller's address is part of the node's configuration and not of its data, so a folder may be started
 *       again on other ports.
 * </ul>
 */
@NullMarked
package dev.plumbline.broker;

import org.jspecify.annotations.NullMarked;
