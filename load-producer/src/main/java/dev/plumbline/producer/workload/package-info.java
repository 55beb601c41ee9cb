/**
 * What is asked: synthetic prompts by seed and salt.
 *
 * <p>Trap: a repeated prompt measures the server's prefix cache, not the server.
 */
@NullMarked
package dev.plumbline.producer.workload;

import org.jspecify.annotations.NullMarked;
