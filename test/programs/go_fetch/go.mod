module go_fetch

go 1.19
