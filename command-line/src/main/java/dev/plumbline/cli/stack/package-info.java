/**
 * The local stack: broker, target and apps as processes of their own under one supervisor.
 *
 * <p>Each child reads its standard input and ends when it closes. So nothing has to be remembered or cleaned up by a
 * supervisor that was killed: the kernel closes the pipes, the children end, and the broker, the last of them, removes
 * the folder.
 */
@NullMarked
package dev.plumbline.cli.stack;

import org.jspecify.annotations.NullMarked;
