/**
 * What is asked: a workload gives sessions by ordinal, a session gives asks turn by turn. Pure: no time, no target, no I/O.
 *
 * <p>Trap: a repeated prompt measures the server's prefix cache, not the server.
 */
@NullMarked
package dev.plumbline.workload;

import org.jspecify.annotations.NullMarked;
