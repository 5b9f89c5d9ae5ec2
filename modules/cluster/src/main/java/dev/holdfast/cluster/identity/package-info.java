/** Who a member is, and how it proves that: the cluster's secret, or certificates. */
package dev.holdfast.cluster.identity;
