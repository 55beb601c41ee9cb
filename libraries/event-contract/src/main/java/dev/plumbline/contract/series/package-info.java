/**
 * Who is compared with whom: the comparison group, the variants inside it, and the partition in which a group lives.
 *
 * <p>Trap: two load points are two groups. Mixing c8 and c16 in one series turns a change of load into a "regression".
 */
@NullMarked
package dev.plumbline.contract.series;

import org.jspecify.annotations.NullMarked;
