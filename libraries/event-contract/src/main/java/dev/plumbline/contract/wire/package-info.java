/**
 * Bytes and back: the codecs, the topics, and what happens to bytes that cannot be read.
 *
 * <p>JSON by Jackson, names equal component names, absent values left out, unknown fields ignored, everything else strict.
 * Golden files in the tests are never edited; a new version is added beside them.
 */
@NullMarked
package dev.plumbline.contract.wire;

import org.jspecify.annotations.NullMarked;
