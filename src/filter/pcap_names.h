// SPDX-License-Identifier: Apache-2.0
// Looks up the names in a filter.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Whether a host was asked for and no name server answered.
int pwru_no_name_server_answered(void);

#ifdef __cplusplus
}
#endif
