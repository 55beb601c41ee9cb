/**
 * What settings may be. Each value knows by itself what it may be and refuses the rest; which key stands for it knows only who
 * reads the configuration.
 *
 * <p>Trap: a rule that stands where the key is read, too, is the one that the operator meets, and the other one is never tested.
 */
@NullMarked
package dev.plumbline.producer.settings;

import org.jspecify.annotations.NullMarked;
