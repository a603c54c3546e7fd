// SPDX-License-Identifier: Apache-2.0
// How names in a filter are looked up.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Whether a host was asked for and no name server answered.
int pwru_no_name_server_answered(void);

#ifdef __cplusplus
}
#endif
