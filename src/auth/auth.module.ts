import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config.js';
import { Credentials } from '../http/credentials.js';
import { UsersModule } from '../users/users.module.js';
import { ApiKey } from './api-key.entity.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuthController } from './auth.controller.js';
import { AuthGuard } from './auth.guard.js';
import { AuthService } from './auth.service.js';
import { CurrentCredentials } from './current-credentials.js';
import { DeviceCookie } from './device-cookie.js';
import { jwtOptions } from './jwt-options.js';
import { OwnOrigin } from './own-origin.js';
import { SessionCookie } from './session-cookie.js';
import { Session } from './session.entity.js';
import { SessionsService } from './sessions.service.js';
import { TokenVerifier } from './token-verifier.js';

/** Global for the sake of {@link Credentials}: nothing else of it is for others. */
@Global()
@Module({
  imports: [
    UsersModule,
    TypeOrmModule.forFeature([Session, ApiKey]),
    JwtModule.registerAsync({ inject: [AppConfig], useFactory: jwtOptions }),
  ],
  controllers: [AuthController],
  providers: [
    AuthService,
    SessionsService,
    ApiKeysService,
    SessionCookie,
    DeviceCookie,
    OwnOrigin,
    TokenVerifier,
    { provide: APP_GUARD, useClass: AuthGuard },
    { provide: Credentials, useClass: CurrentCredentials },
  ],
  exports: [Credentials],
})
export class AuthModule {}
