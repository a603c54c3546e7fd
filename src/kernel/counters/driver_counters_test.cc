// SPDX-License-Identifier: Apache-2.0
#include "kernel/counters/driver_counters.h"

#include <gtest/gtest.h>

#include "kernel/counters/link_counters.h"

namespace pwru::kernel {
namespace {

// Names of mlx5, ixgbe, i40e, ice, virtio_net, ena, bnxt, veth and tg3.
TEST(DriverCounters, ThoseOfReceivedPacketsThatWereLost) {
  for (const char* name :
       {"rx_out_of_buffer", "rx_discards_phy", "rx_missed_errors", "rx_no_buffer_count",
        "port.rx_dropped", "rx_queue_0_drops", "rx_drops", "[0]: rx_discards", "rx_fifo_errors",
        "rx_no_dma_resources_drop", "RX-dropped"})
    EXPECT_TRUE(is_loss_by_name(name)) << name;
  for (const char* name :
       {"rx_packets", "rx_queue_0_xdp_drops", "tx_dropped", "tx_timeout", "rx_csum_none",
        "fdir_miss", "rx_cache_full", "", "rx_bytes", "rx_flow_control_xon"})
    EXPECT_FALSE(is_loss_by_name(name)) << name;
}

TEST(DriverCounters, OfADeviceWithoutThereAreNone) {
  const UniqueFd socket = open_rtnetlink();
  CounterValues values;
  append_driver_counters(socket, "lo", 7, values);
  append_driver_counters(socket, "nosuchdevice", 7, values);
  append_driver_counters(socket, "a-name-longer-than-any", 7, values);
  append_driver_counters(UniqueFd(), "lo", 7, values);
  EXPECT_TRUE(values.empty());
}

}  // namespace
}  // namespace pwru::kernel
