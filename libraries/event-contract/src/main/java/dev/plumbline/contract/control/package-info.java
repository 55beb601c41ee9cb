/**
 * What people and pipelines tell the detector. The topic is compacted: the newest record of each key is kept, so a record
 * stays until it is replaced or taken back by a record without value.
 *
 * <p>Trap: the kind is part of the key. What is told once and stays, a deploy, has a key of its own each time; what a later
 * record replaces must come under the same key again.
 */
@NullMarked
package dev.plumbline.contract.control;

import org.jspecify.annotations.NullMarked;
