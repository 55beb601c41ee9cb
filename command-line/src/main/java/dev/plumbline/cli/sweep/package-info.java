/**
 * {@code plumb sweep}: several runs on one warm stack with one warm producer, factor by factor or cell by cell, or until a goal breaks.
 */
@NullMarked
package dev.plumbline.cli.sweep;

import org.jspecify.annotations.NullMarked;
