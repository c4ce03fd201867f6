import { Global, Module } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions } from 'typeorm';
import { AppConfig } from '../config/app-config.js';
import { dataSourceOptions, type ServiceDataSource, serviceDataSource, unitOfWorkOn } from './data-source.js';
import { Dialect } from './dialect.js';
import { StorageProbe } from './storage-probe.js';
import { UnitOfWork } from './unit-of-work.js';

@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [AppConfig],
      // A database that cannot be opened is for the operator to mend, not to be waited for.
      useFactory: (config: AppConfig) => ({
        ...dataSourceOptions(config),
        alone: config.redisUrl === undefined,
        autoLoadEntities: true,
        toRetry: () => false,
      }),
      dataSourceFactory: (options) => Promise.resolve(serviceDataSource(options as DataSourceOptions)),
    }),
  ],
  providers: [
    { provide: UnitOfWork, inject: [getDataSourceToken()], useFactory: unitOfWorkOn },
    {
      provide: Dialect,
      inject: [getDataSourceToken()],
      useFactory: ({ dialect }: ServiceDataSource) => dialect,
    },
    StorageProbe,
  ],
  exports: [UnitOfWork, Dialect, StorageProbe],
})
export class DatabaseModule {}
