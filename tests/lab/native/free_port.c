/* SPDX-License-Identifier: MIT */
/*
 * Prints a TCP port that nobody listens on at any address of this machine.
 * Another program may take it before it is used: whoever asked tries again
 * then.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_ANY)},
    };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) < 0) {
        perror("free_port");
        return 1;
    }
    printf("%d\n", ntohs(address.sin_port));
    close(fd);
    return 0;
}
