#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo take any type after the option and are macros besides; here is one function
// for each type that is used.

typedef size_t (*portico_curl_reader)(char *buffer, size_t size, size_t count, void *context);
typedef int (*portico_curl_observer)(CURL *handle, curl_infotype kind, char *bytes, size_t count, void *context);
typedef int (*portico_curl_watcher)(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d);

static inline CURLcode portico_curl_number(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode portico_curl_text(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

// What TLS 1.2 is spoken with, after Mozilla's intermediate configuration, the strongest first: keys of each connection
// are its own, and what is encrypted is authenticated with it. The ciphers of TLS 1.3 are all so, and are OpenSSL's.
static inline CURLcode portico_curl_ciphers(CURL *handle) {
    return portico_curl_text(
        handle, CURLOPT_SSL_CIPHER_LIST,
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        "DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256");
}

static inline CURLcode portico_curl_pointer(CURL *handle, CURLoption option, void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode portico_curl_read(CURL *handle, portico_curl_reader reader) {
    return (curl_easy_setopt)(handle, CURLOPT_READFUNCTION, reader);
}

static inline CURLcode portico_curl_observe(CURL *handle, portico_curl_observer observer) {
    return (curl_easy_setopt)(handle, CURLOPT_DEBUGFUNCTION, observer);
}

static inline CURLcode portico_curl_watch(CURL *handle, portico_curl_watcher watcher) {
    return (curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, watcher);
}

static inline CURLcode portico_curl_recipients(CURL *handle, struct curl_slist *recipients) {
    return (curl_easy_setopt)(handle, CURLOPT_MAIL_RCPT, recipients);
}

static inline CURLcode portico_curl_size(CURL *handle, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode portico_curl_list(CURL *handle, CURLoption option, struct curl_slist *list) {
    return (curl_easy_setopt)(handle, option, list);
}

static inline CURLcode portico_curl_take(CURL *handle, CURLoption option, portico_curl_reader taker) {
    return (curl_easy_setopt)(handle, option, taker);
}

static inline CURLcode portico_curl_open_socket(CURL *handle, curl_opensocket_callback opener) {
    return (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, opener);
}

static inline CURLcode portico_curl_before_request(CURL *handle, curl_prereq_callback guard) {
    return (curl_easy_setopt)(handle, CURLOPT_PREREQFUNCTION, guard);
}

static inline long portico_curl_info_number(CURL *handle, CURLINFO info) {
    long value = 0;
    (curl_easy_getinfo)(handle, info, &value);
    return value;
}

static inline const char *portico_curl_info_text(CURL *handle, CURLINFO info) {
    const char *value = 0;
    (curl_easy_getinfo)(handle, info, &value);
    return value;
}

static inline CURLMcode portico_curl_multi_number(CURLM *multi, CURLMoption option, long value) {
    return (curl_multi_setopt)(multi, option, value);
}
