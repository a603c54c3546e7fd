// SPDX-License-Identifier: Apache-2.0
// Which packet it is, where a line has no columns.
#pragma once

#include "output/file/line_buffer.h"
#include "resolve/record.h"

namespace pwru::output {

// "10.0.0.1:99->10.0.0.2:80(tcp:SYN)", or "ARP" or "EtherType 0x88cc" of what is no IP
// packet.
void append_flow(LineBuffer& out, const resolve::Packet& packet);

}  // namespace pwru::output
